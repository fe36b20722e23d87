// What the kernels need to run on a processor, one thread of a block after the other. None waits for another thread.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>
#include <utility>

#define SPIKING_HOST
#define KERNEL static
#define DEVICE static inline
#define THREAD host_thread
#define BLOCK host_block

static thread_local unsigned host_thread, host_block;
static thread_local long host_misaligned;

static inline float power_of_two(float x) { return std::exp2(x); }
static inline float forgotten(float x) { return x; }
static inline float reciprocal(float x) { return 1.f / x; }
static inline float multiply_add(float a, float b, float c) { return std::fma(a, b, c); }

// A card refuses an address that is no multiple of what is read at once, 16 bytes at most.
static inline void note_address(const void* p, std::uintptr_t bytes) {
  host_misaligned += reinterpret_cast<std::uintptr_t>(p) % (bytes < 16 ? bytes : 16) != 0;
}

static inline unsigned load_half(const void* p) {
  note_address(p, 2);
  unsigned short w;
  std::memcpy(&w, p, 2);
  return w;
}

template <int N> static inline void load_words(const void* p, unsigned (&w)[N]) {
  note_address(p, 4 * N);
  std::memcpy(w, p, 4 * N);
}

template <int N> static inline void store_words(void* p, const unsigned (&w)[N]) {
  note_address(p, 4 * N);
  std::memcpy(p, w, 4 * N);
}

static inline unsigned bits_of(float x) {
  unsigned bits;
  std::memcpy(&bits, &x, 4);
  return bits;
}
static inline double square_root(double x) { return std::sqrt(x); }
static inline float square_root(float x) { return std::sqrt(x); }

// On a card in the order of a tree; here one thread after the other.
static inline bool sum_of_block(double own, double* sum) {
  *sum = (host_thread == 0 ? 0 : *sum) + own;
  return host_thread == 255;
}

static inline void add_count(unsigned own, unsigned long long* count) { *count += own; }

template <typename... Arguments, std::size_t... I>
static long launch(unsigned blocks, void** arguments, void (*kernel)(Arguments...), std::index_sequence<I...>) {
  host_misaligned = 0;
  for (host_block = 0; host_block < blocks; host_block++)
    for (host_thread = 0; host_thread < 256; host_thread++)
      kernel(*static_cast<std::remove_reference_t<Arguments>*>(arguments[I])...);
  return host_misaligned;
}

template <typename... Arguments> static long launch(unsigned blocks, void** arguments, void (*kernel)(Arguments...)) {
  return launch(blocks, arguments, kernel, std::index_sequence_for<Arguments...>());
}

// Returns the number of misaligned accesses.
#define LAUNCHER(program, kernel) \
  extern "C" long program##_##kernel(unsigned blocks, void** arguments) { \
    return launch(blocks, arguments, &program::kernel); \
  }
