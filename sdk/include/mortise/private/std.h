// SPDX-License-Identifier: Apache-2.0
#pragma once

// The standard headers that the ABI needs: fixed-width integers and bool, in C11 and in C++20.

#ifdef __cplusplus
#include <cstddef>
#include <cstdint>
#else
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#endif
