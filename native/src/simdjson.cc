// simdjson's sources come with its npm package; binding.gyp finds the folder, and this file
// brings them into the build, so that no path outside of native/ is compiled by name.
#include "simdjson.cpp"
