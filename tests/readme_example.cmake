# Fails if the README's C++ example is not examples/classify.cpp. Variables: README, EXAMPLE.
file(READ ${README} readme)
file(READ ${EXAMPLE} example)
string(REGEX REPLACE "^//[^\n]*\n" "" example "${example}")
string(FIND "${readme}" "```cpp\n${example}```" position)
if(position EQUAL -1)
  message(FATAL_ERROR "${README}: its C++ example differs from ${EXAMPLE}; copy the file's text into the README")
endif()
