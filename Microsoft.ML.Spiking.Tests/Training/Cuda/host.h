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

// A card refuses an address that is no multiple of what is read at once.
template <int N> static inline void load_words(const void* p, unsigned (&w)[N]) {
  host_misaligned += reinterpret_cast<std::uintptr_t>(p) % (4 * N) != 0;
  std::memcpy(w, p, 4 * N);
}

template <int N> static inline void store_words(void* p, const unsigned (&w)[N]) {
  host_misaligned += reinterpret_cast<std::uintptr_t>(p) % (4 * N) != 0;
  std::memcpy(p, w, 4 * N);
}

static inline double square_root(double x) { return std::sqrt(x); }

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
