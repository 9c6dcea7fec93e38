# What every target of this project shares: include root, warnings, sanitizers.
function(ascendcl_target target)
  target_include_directories(${target} PRIVATE "${PROJECT_SOURCE_DIR}/csrc")
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wshadow -Wno-unused-parameter)
  if(ASCENDCL_WERROR)
    target_compile_options(${target} PRIVATE -Werror)
  endif()
  if(ASCENDCL_SANITIZE)
    target_compile_options(${target} PRIVATE -fsanitize=${ASCENDCL_SANITIZE}
                                             -fno-omit-frame-pointer -g1)
    # A C caller may pass any int for an enum; refusing it is what the argument checks are for.
    if(ASCENDCL_SANITIZE MATCHES "undefined")
      target_compile_options(${target} PRIVATE -fno-sanitize=enum)
    endif()
    target_link_options(${target} PRIVATE -fsanitize=${ASCENDCL_SANITIZE})
  endif()
endfunction()
