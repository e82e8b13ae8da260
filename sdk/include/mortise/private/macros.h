// SPDX-License-Identifier: Apache-2.0
#pragma once

// Compiler differences, all of them. No other header of the SDK has a compiler #ifdef.

#if defined(_WIN32)
#define MORTISE_ABI __cdecl
#define MORTISE_EXPORT __declspec(dllexport)
#else
#define MORTISE_ABI
#define MORTISE_EXPORT __attribute__((visibility("default")))
#endif

// `const` for a string constant that lives in a header: internal linkage in C and in C++, no "unused" warning.
#if defined(__cplusplus)
#define MORTISE_CONSTANT static constexpr const
#elif defined(__GNUC__)
#define MORTISE_CONSTANT __attribute__((unused)) static const
#else
#define MORTISE_CONSTANT static const
#endif
