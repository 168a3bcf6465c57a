# Manuals and completions, made by the programs themselves, and what `cmake --install` puts where (FHS, GNUInstallDirs).
include(GNUInstallDirs)
find_package(Python3 REQUIRED COMPONENTS Interpreter)

set(documents ${CMAKE_BINARY_DIR}/documents)
set(document_files "")
foreach(program db-export db-import db-migrate db-diff)
  foreach(form man bash zsh fish)
    set(file ${documents}/${form}/${program})
    if(form STREQUAL man)
      string(APPEND file .1)
    elseif(form STREQUAL zsh)
      set(file ${documents}/zsh/_${program})
    elseif(form STREQUAL fish)
      string(APPEND file .fish)
    endif()
    add_custom_command(OUTPUT ${file} DEPENDS ${program} VERBATIM
      COMMAND ${CMAKE_COMMAND} -E make_directory ${documents}/${form}
      COMMAND ${program} --generate ${form} > ${file})
    list(APPEND document_files ${file})
  endforeach()
endforeach()
# The files' own manuals, from the JSON schemas that describe them.
foreach(page db-transfer-file db-transfer.json)
  set(schema ${PROJECT_SOURCE_DIR}/schema/transfer.schema.json)
  if(page STREQUAL db-transfer-file)
    set(schema ${PROJECT_SOURCE_DIR}/schema/export.schema.json)
  endif()
  set(file ${documents}/man/${page}.5)
  add_custom_command(OUTPUT ${file} VERBATIM
    DEPENDS ${schema} ${PROJECT_SOURCE_DIR}/tools/packaging/schema_manual.py ${PROJECT_SOURCE_DIR}/lib/transfer/options.h
    COMMAND ${CMAKE_COMMAND} -E make_directory ${documents}/man
    COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/tools/packaging/schema_manual.py ${page} ${file})
  list(APPEND document_files ${file})
endforeach()
# Part of `all` only where that is to be installed: a sanitizer's build need not run its programs meanwhile.
set(part_of_all "")
if(CMAKE_BUILD_TYPE STREQUAL Release)
  set(part_of_all ALL)
endif()
add_custom_target(documents ${part_of_all} DEPENDS ${document_files})

install(TARGETS db-export db-import db-migrate db-diff RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(DIRECTORY ${documents}/man/ DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 FILES_MATCHING PATTERN "*.1")
install(DIRECTORY ${documents}/man/ DESTINATION ${CMAKE_INSTALL_MANDIR}/man5 FILES_MATCHING PATTERN "*.5")
install(DIRECTORY ${documents}/bash/ DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
set(DB_TRANSFER_ZSH_FOLDER site-functions CACHE STRING "The folder of zsh's completions under share/zsh (Debian: vendor-completions)")
install(DIRECTORY ${documents}/zsh/ DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/${DB_TRANSFER_ZSH_FOLDER})
install(DIRECTORY ${documents}/fish/ DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
install(FILES README.md CHANGELOG.md SECURITY.md LICENSE DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/db-transfer)
install(FILES schema/export.schema.json schema/transfer.schema.json schema/audit.schema.json schema/result.schema.json
        schema/difference.schema.json
        DESTINATION ${CMAKE_INSTALL_DATADIR}/db-transfer/schema)
