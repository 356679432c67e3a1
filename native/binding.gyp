{
  "targets": [
    {
      "target_name": "sluice_kernel",
      "defines": ["NAPI_VERSION=8", "SIMDJSON_EXCEPTIONS=0"],
      "include_dirs": ["<!(node -p \"require('path').dirname(require.resolve('simdjson/src/simdjson.h'))\")"],
      "sources": [
        "src/addon.cc",
        "src/array_splitter.cc",
        "src/batch_processor.cc",
        "src/envelope.cc",
        "src/frame_writer.cc",
        "src/heap.cc",
        "src/id_hash.cc",
        "src/id_store.cc",
        "src/json_walker.cc",
        "src/line_splitter.cc",
        "src/params_filter.cc",
        "src/pipe_pair.cc",
        "src/request_tokens.cc",
        "src/simdjson.cc",
        "src/token_index.cc",
        "src/wakeup_preemption.cc"
      ],
      "cflags_cc": ["-std=c++17", "-fvisibility=hidden"],
      "cflags_cc!": ["-std=gnu++20", "-std=gnu++17"],
      "xcode_settings": {
        "CLANG_CXX_LANGUAGE_STANDARD": "c++17",
        "GCC_SYMBOLS_PRIVATE_EXTERN": "YES"
      },
      "msvs_settings": {
        "VCCLCompilerTool": { "AdditionalOptions": ["/std:c++17"] }
      }
    }
  ]
}
