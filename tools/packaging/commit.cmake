# Writes commit.h where the commit is another one, so that only what prints it is built again.
# cmake -DSOURCE=<top folder> -DHEADER=<file> -P commit.cmake, in a build without git with DB_TRANSFER_COMMIT in the environment
set(COMMIT "$ENV{DB_TRANSFER_COMMIT}")
if(NOT COMMIT)
  execute_process(COMMAND git -C ${SOURCE} rev-parse --short=12 HEAD OUTPUT_VARIABLE COMMIT
                  OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
endif()
if(NOT COMMIT)
  set(COMMIT unknown)
endif()
set(text "#define DB_TRANSFER_COMMIT \"${COMMIT}\"\n")
set(before "")
if(EXISTS ${HEADER})
  file(READ ${HEADER} before)
endif()
if(NOT before STREQUAL text)
  file(WRITE ${HEADER} ${text})
endif()
