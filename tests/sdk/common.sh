# What the tests of the package share; to be sourced. Makes $work, an empty folder outside the tree that goes away at the end,
# and an environment in which nothing but the installed prefix can be found.
unset CMAKE_PREFIX_PATH LD_LIBRARY_PATH MORTISE_PROVIDER_PATH PKG_CONFIG_PATH XDG_CONFIG_HOME
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# ccache would look for its configuration in the new home.
CCACHE_DIR=${CCACHE_DIR:-$HOME/.cache/ccache}
HOME=$work
export CCACHE_DIR HOME

die() {
  echo "FAILED: $1" >&2
  exit 1
}

# ctest reads 77 as "skipped".
skip() {
  echo "SKIPPED: $1"
  exit 77
}

# The standard's test cases of single operators, from which the tests take test_add and test_mul.
need_vectors() {
  vectors=${MORTISE_ONNX_VECTORS:-/usr/share/libonnx-testdata/data}/node
  [ -f "$vectors/test_add/model.onnx" ] ||
    skip "'$vectors/test_add' is not there; install libonnx-testdata or set MORTISE_ONNX_VECTORS"
}

# usage: expect TEXT COMMAND… ; runs the command, shows its output, and fails unless it succeeds and prints TEXT.
expect() {
  text=$1
  shift
  "$@" >"$work/output" 2>&1 || { cat "$work/output"; die "'$*' failed"; }
  cat "$work/output"
  grep -qF -- "$text" "$work/output" || die "'$*' does not print '$text'"
}

# usage: refuse TEXT COMMAND… ; fails unless the command fails and prints TEXT.
refuse() {
  text=$1
  shift
  ! "$@" >"$work/output" 2>&1 || die "'$*' succeeded"
  grep -qF -- "$text" "$work/output" || { cat "$work/output"; die "'$*' failed without saying '$text'"; }
}
