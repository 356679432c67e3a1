#include "utf8.h"

#include "simdjson.h"

namespace sluice {

bool is_utf8(const uint8_t* bytes, int32_t length) {
  return simdjson::validate_utf8(reinterpret_cast<const char*>(bytes),
                                 static_cast<size_t>(length));
}

const char* instruction_set() {
  static const std::string name = simdjson::get_active_implementation()->name();
  return name.c_str();
}

}  // namespace sluice
