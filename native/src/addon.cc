// What Node sees of the core: checks what it is handed, and calls. Plain N-API, so one
// build serves every Node from 20 on. Each thread that loads it has one token index, which is
// freed when the thread ends.
#include <node_api.h>

#include <cstdint>
#include <cstring>
#include <new>

#include "batch_layout.h"
#include "batch_processor.h"
#include "heap.h"
#include "id_store.h"
#include "line_splitter.h"
#include "pipe_pair.h"
#include "token_index.h"
#include "wakeup_preemption.h"

namespace {

struct TypedArray {
  void* data;
  size_t length;
};

napi_value undefined(napi_env env) {
  napi_value value = nullptr;
  napi_get_undefined(env, &value);
  return value;
}

napi_value number(napi_env env, int64_t value) {
  napi_value result = nullptr;
  napi_create_int64(env, value, &result);
  return result;
}

napi_value throw_type_error(napi_env env, const char* message) {
  napi_throw_type_error(env, nullptr, message);
  return undefined(env);
}

napi_value throw_range_error(napi_env env, const char* message) {
  napi_throw_range_error(env, nullptr, message);
  return undefined(env);
}

/// The elements of a typed array of one type, over ordinary or shared memory. They stay where
/// they are for the duration of the call: no JavaScript runs on this thread meanwhile.
bool get_typed_array(napi_env env, napi_value value, napi_typedarray_type type, TypedArray* array) {
  bool is_typed_array = false;
  if (napi_is_typedarray(env, value, &is_typed_array) != napi_ok || !is_typed_array) return false;
  napi_typedarray_type actual;
  if (napi_get_typedarray_info(env, value, &actual, &array->length, &array->data, nullptr,
                               nullptr) != napi_ok) {
    return false;
  }
  return actual == type && (array->data != nullptr || array->length == 0);
}

/// This thread's token index; N-API has one environment for each thread.
sluice::TokenIndex* tokens_of(napi_env env) {
  void* tokens = nullptr;
  napi_get_instance_data(env, &tokens);
  return static_cast<sluice::TokenIndex*>(tokens);
}

/// processBatch(control: Int32Array, bytes: Uint8Array, ids: Uint8Array): number
napi_value process_batch(napi_env env, napi_callback_info info) {
  napi_value arguments[3];
  size_t count = 3;
  if (napi_get_cb_info(env, info, &count, arguments, nullptr, nullptr) != napi_ok) return nullptr;
  TypedArray control;
  TypedArray bytes;
  TypedArray ids;
  if (count < 3 || !get_typed_array(env, arguments[0], napi_int32_array, &control) ||
      !get_typed_array(env, arguments[1], napi_uint8_array, &bytes) ||
      !get_typed_array(env, arguments[2], napi_uint8_array, &ids)) {
    return throw_type_error(env, "processBatch takes an Int32Array and two Uint8Arrays");
  }
  if (ids.length != size_t{sluice::kIdSlots} * sluice::kIdSlotBytes) {
    return throw_range_error(env, "the id store has another size");
  }
  const int32_t undecided =
      sluice::process_batch(static_cast<int32_t*>(control.data), control.length,
                            static_cast<uint8_t*>(bytes.data), bytes.length,
                            static_cast<uint8_t*>(ids.data), tokens_of(env));
  switch (undecided) {
    case sluice::kBadHeader:
      return throw_range_error(env, "the batch header points outside the batch");
    case sluice::kBadFrame:
      return throw_range_error(env, "a frame lies outside the input region");
    default:
      return number(env, undecided);
  }
}

/// splitLines(bytes: Uint8Array, from: number, ends: Int32Array): number
napi_value split_lines(napi_env env, napi_callback_info info) {
  napi_value arguments[3];
  size_t count = 3;
  if (napi_get_cb_info(env, info, &count, arguments, nullptr, nullptr) != napi_ok) return nullptr;
  TypedArray bytes;
  TypedArray ends;
  int64_t from = 0;
  if (count < 3 || !get_typed_array(env, arguments[0], napi_uint8_array, &bytes) ||
      napi_get_value_int64(env, arguments[1], &from) != napi_ok ||
      !get_typed_array(env, arguments[2], napi_int32_array, &ends)) {
    return throw_type_error(env, "splitLines takes a Uint8Array, a number and an Int32Array");
  }
  if (bytes.length > INT32_MAX || from < 0 || static_cast<uint64_t>(from) > bytes.length) {
    return throw_range_error(env, "splitLines: the offset lies outside the bytes");
  }
  const size_t found =
      sluice::split_lines(static_cast<const uint8_t*>(bytes.data), static_cast<size_t>(from),
                          bytes.length, static_cast<int32_t*>(ends.data), ends.length);
  return number(env, static_cast<int64_t>(found));
}

void forget_shared(napi_env env, void*, void* hint) {
  napi_delete_reference(env, static_cast<napi_ref>(hint));
}

/// Whether a typed array lies over a SharedArrayBuffer: the only memory that nobody can take away, neither
/// by transferring it nor by making it smaller.
bool is_shared(napi_env env, napi_value typed_array) {
  napi_value buffer = nullptr;
  bool is_ordinary = true;
  return napi_get_typedarray_info(env, typed_array, nullptr, nullptr, nullptr, &buffer, nullptr) ==
             napi_ok &&
         napi_is_arraybuffer(env, buffer, &is_ordinary) == napi_ok && !is_ordinary;
}

/// plainView(shared: Uint8Array): Uint8Array over the same memory, which lives as long as it does; what
/// is not shared is given back as it is
napi_value plain_view(napi_env env, napi_callback_info info) {
  napi_value argument;
  size_t count = 1;
  if (napi_get_cb_info(env, info, &count, &argument, nullptr, nullptr) != napi_ok) return nullptr;
  TypedArray shared;
  if (count < 1 || !get_typed_array(env, argument, napi_uint8_array, &shared)) {
    return throw_type_error(env, "plainView takes a Uint8Array");
  }
  napi_ref keeps = nullptr;
  napi_value buffer = nullptr;
  napi_value view = nullptr;
  if (shared.length == 0 || !is_shared(env, argument) ||
      napi_create_reference(env, argument, 1, &keeps) != napi_ok) {
    return argument;
  }
  if (napi_create_external_arraybuffer(env, shared.data, shared.length, forget_shared, keeps,
                                       &buffer) != napi_ok) {
    // A runtime that has all its buffers in a cage of its own: the shared view does as well.
    napi_delete_reference(env, keeps);
    return argument;
  }
  napi_create_typedarray(env, napi_uint8_array, shared.length, buffer, 0, &view);
  return view;
}

/// openPipe(): [number, number], the descriptors of its reading and its writing end
napi_value open_pipe(napi_env env, napi_callback_info) {
  int ends[2];
  const int failed = sluice::open_pipe(ends);
  if (failed != 0) {
    napi_throw_error(env, nullptr, std::strerror(failed));
    return undefined(env);
  }
  napi_value result = nullptr;
  napi_create_array_with_length(env, 2, &result);
  for (uint32_t i = 0; i < 2; i++) napi_set_element(env, result, i, number(env, ends[i]));
  return result;
}

/// writeNow(descriptor: number, bytes: Uint8Array): number
napi_value write_now(napi_env env, napi_callback_info info) {
  napi_value arguments[2];
  size_t count = 2;
  if (napi_get_cb_info(env, info, &count, arguments, nullptr, nullptr) != napi_ok) return nullptr;
  int32_t end = -1;
  TypedArray bytes;
  if (count < 2 || napi_get_value_int32(env, arguments[0], &end) != napi_ok ||
      !get_typed_array(env, arguments[1], napi_uint8_array, &bytes)) {
    return throw_type_error(env, "writeNow takes a number and a Uint8Array");
  }
  return number(env, static_cast<int64_t>(sluice::write_now(end, bytes.data, bytes.length)));
}

/// setWakeupPreemption(process: number, mayPreempt: boolean): boolean
napi_value set_wakeup_preemption(napi_env env, napi_callback_info info) {
  napi_value arguments[2];
  size_t count = 2;
  if (napi_get_cb_info(env, info, &count, arguments, nullptr, nullptr) != napi_ok) return nullptr;
  int32_t process = 0;
  bool may_preempt = false;
  if (count < 2 || napi_get_value_int32(env, arguments[0], &process) != napi_ok ||
      napi_get_value_bool(env, arguments[1], &may_preempt) != napi_ok) {
    return throw_type_error(env, "setWakeupPreemption takes a number and a boolean");
  }
  napi_value result = nullptr;
  napi_get_boolean(env, sluice::set_wakeup_preemption(process, may_preempt), &result);
  return result;
}

struct HeapTrim {
  napi_async_work work = nullptr;
  napi_deferred done = nullptr;
};

void trim_in_background(napi_env, void*) {
  sluice::TokenIndex::free_unused();
  sluice::trim_heap();
}

void heap_trimmed(napi_env env, napi_status, void* data) {
  auto* trim = static_cast<HeapTrim*>(data);
  napi_resolve_deferred(env, trim->done, undefined(env));
  napi_delete_async_work(env, trim->work);
  delete trim;
}

/// trimHeap(): Promise<void>; what large frames have needed goes where none came since the last call, then
/// what was freed. The work is done by another thread.
napi_value trim_heap(napi_env env, napi_callback_info) {
  auto* trim = new (std::nothrow) HeapTrim();
  napi_value promise = nullptr;
  napi_value name = nullptr;
  if (trim == nullptr || napi_create_promise(env, &trim->done, &promise) != napi_ok) {
    delete trim;
    return undefined(env);
  }
  if (napi_create_string_utf8(env, "sluice.trimHeap", NAPI_AUTO_LENGTH, &name) != napi_ok ||
      napi_create_async_work(env, nullptr, name, trim_in_background, heap_trimmed, trim,
                             &trim->work) != napi_ok ||
      napi_queue_async_work(env, trim->work) != napi_ok) {
    napi_resolve_deferred(env, trim->done, undefined(env));
    if (trim->work != nullptr) napi_delete_async_work(env, trim->work);
    delete trim;
  }
  return promise;
}

/// revision(): number, the KERNEL_REVISION that this was compiled for
napi_value revision(napi_env env, napi_callback_info) {
  return number(env, sluice::KERNEL_REVISION);
}

/// instructionSet(): string
napi_value instruction_set(napi_env env, napi_callback_info) {
  napi_value result = nullptr;
  napi_create_string_utf8(env, sluice::instruction_set(), NAPI_AUTO_LENGTH, &result);
  return result;
}

/// allocations(): number, how often this thread has allocated memory for frames
napi_value allocations(napi_env env, napi_callback_info) {
  return number(env, tokens_of(env)->allocations());
}

void free_tokens(napi_env, void* tokens, void*) {
  delete static_cast<sluice::TokenIndex*>(tokens);
}

napi_value init(napi_env env, napi_value exports) {
  auto* tokens = new (std::nothrow) sluice::TokenIndex();
  if (tokens == nullptr ||
      napi_set_instance_data(env, tokens, free_tokens, nullptr) != napi_ok) {
    delete tokens;
    return throw_type_error(env, "the native kernel has no memory for this thread");
  }
  const napi_property_descriptor functions[] = {
      {"processBatch", nullptr, process_batch, nullptr, nullptr, nullptr, napi_enumerable, nullptr},
      {"splitLines", nullptr, split_lines, nullptr, nullptr, nullptr, napi_enumerable, nullptr},
      {"plainView", nullptr, plain_view, nullptr, nullptr, nullptr, napi_enumerable, nullptr},
      {"trimHeap", nullptr, trim_heap, nullptr, nullptr, nullptr, napi_enumerable, nullptr},
      {"openPipe", nullptr, open_pipe, nullptr, nullptr, nullptr, napi_enumerable, nullptr},
      {"writeNow", nullptr, write_now, nullptr, nullptr, nullptr, napi_enumerable, nullptr},
      {"setWakeupPreemption", nullptr, set_wakeup_preemption, nullptr, nullptr, nullptr,
       napi_enumerable, nullptr},
      {"revision", nullptr, revision, nullptr, nullptr, nullptr, napi_enumerable, nullptr},
      {"instructionSet", nullptr, instruction_set, nullptr, nullptr, nullptr, napi_enumerable,
       nullptr},
      {"allocations", nullptr, allocations, nullptr, nullptr, nullptr, napi_enumerable, nullptr},
  };
  napi_define_properties(env, exports, sizeof functions / sizeof functions[0], functions);
  return exports;
}

}  // namespace

NAPI_MODULE(NODE_GYP_MODULE_NAME, init)
