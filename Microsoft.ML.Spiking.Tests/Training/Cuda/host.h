// What the kernels need to run on a processor, one thread of a block after the other. Where they meet at barriers each
// has a stack of its own and runs from one barrier to the next.
#include <cmath>
#include <csetjmp>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <memory>
#include <type_traits>
#include <ucontext.h>
#include <utility>
#include <vector>

#define SPIKING_HOST
#define KERNEL static
#define DEVICE static inline
#define THREAD host_thread
#define BLOCK host_block

static thread_local unsigned host_thread, host_block;
static thread_local long host_misaligned;

static inline float power_of_two(float x) { return std::exp2(x); }
static inline float binary_logarithm(float x) { return std::log2(x); }
static inline float forgotten(float x) { return x; }
static inline float reciprocal(float x) { return 1.f / x; }
static inline float multiply_add(float a, float b, float c) { return std::fma(a, b, c); }
static inline float absolute(float x) { return std::fabs(x); }
static inline float at_least(float a, float b) { return a >= b ? 1.f : 0.f; }

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
static inline float float_of(unsigned bits) {
  float x;
  std::memcpy(&x, &bits, 4);
  return x;
}
static inline unsigned halves_of(float low, float high) {
  const _Float16 halves[2] = {(_Float16)low, (_Float16)high};
  unsigned w;
  std::memcpy(&w, halves, 4);
  return w;
}
static inline float half_value(unsigned short bits) {
  _Float16 x;
  std::memcpy(&x, &bits, 2);
  return x;
}
static inline double square_root(double x) { return std::sqrt(x); }
static inline float square_root(float x) { return std::sqrt(x); }

// On a card in the order of a tree; here one thread after the other.
static inline bool sum_of_block(double own, double* sum) {
  *sum = (host_thread == 0 ? 0 : *sum) + own;
  return host_thread == 255;
}

static inline void take_largest(unsigned own, unsigned* largest) { *largest = own > *largest ? own : *largest; }

static inline void add_count(unsigned own, unsigned long long* count) { *count += own; }

// A stack on which threads run until one of them waits at a barrier.
struct Fiber {
  static constexpr std::size_t bytes = 1 << 16;
  ucontext_t context; // where it starts
  jmp_buf place;      // where it waits; unlike a context it costs no call of the system
  std::unique_ptr<char[]> stack{new char[bytes]};
  unsigned thread;
  bool starts, waits;
};

static constexpr unsigned host_threads = 256;
static thread_local std::vector<std::unique_ptr<Fiber>> host_fibers;
static thread_local Fiber* host_fiber;
static thread_local jmp_buf host_caller;
static thread_local std::function<void()> host_kernel;
static thread_local unsigned host_next; // the thread that starts next

// Memory of a block: of one at a time.
#define SHARED static thread_local

static void barrier() {
  host_fiber->waits = true;
  if (_setjmp(host_fiber->place) == 0) _longjmp(host_caller, 1);
}

static void run_threads() {
  while (host_next < host_threads) {
    host_fiber->thread = host_thread = host_next++;
    host_kernel();
  }
  _longjmp(host_caller, 1);
}

static void resume(Fiber& fiber) {
  host_fiber = &fiber;
  host_thread = fiber.thread;
  fiber.waits = false;
  if (_setjmp(host_caller) != 0) return;
  if (!fiber.starts) _longjmp(fiber.place, 1);
  fiber.starts = false;
  setcontext(&fiber.context);
}

static Fiber& started(std::size_t index) {
  while (host_fibers.size() <= index) host_fibers.emplace_back(new Fiber);
  Fiber& fiber = *host_fibers[index];
  getcontext(&fiber.context);
  fiber.context.uc_stack.ss_sp = fiber.stack.get();
  fiber.context.uc_stack.ss_size = Fiber::bytes;
  fiber.context.uc_link = nullptr; // run_threads never returns
  fiber.starts = true;
  makecontext(&fiber.context, run_threads, 0);
  return fiber;
}

// Returns the number of barriers that only a part of the threads reached. From one barrier to the next threads run in
// the reverse order, so that results show where a barrier is missing.
static long run_block() {
  unsigned waiting = 0;
  for (host_next = 0; host_next < host_threads;) {
    Fiber& fiber = started(waiting);
    resume(fiber);
    waiting += fiber.waits;
  }
  long torn = 0;
  bool is_reverse = true;
  for (unsigned stacks = waiting; waiting > 0; is_reverse = !is_reverse) {
    torn += waiting != host_threads;
    waiting = 0;
    for (unsigned i = 0; i < stacks; i++) {
      Fiber& fiber = *host_fibers[is_reverse ? stacks - 1 - i : i];
      if (fiber.waits) {
        resume(fiber);
        waiting += fiber.waits;
      }
    }
  }
  return torn;
}

template <typename... Arguments, std::size_t... I>
static long launch(unsigned blocks, void** arguments, void (*kernel)(Arguments...), std::index_sequence<I...>) {
  long torn = 0;
  host_misaligned = 0;
  host_kernel = [=] { kernel(*static_cast<std::remove_reference_t<Arguments>*>(arguments[I])...); };
  for (host_block = 0; host_block < blocks; host_block++) torn += run_block();
  return host_misaligned + torn;
}

template <typename... Arguments> static long launch(unsigned blocks, void** arguments, void (*kernel)(Arguments...)) {
  return launch(blocks, arguments, kernel, std::index_sequence_for<Arguments...>());
}

// Returns the number of misaligned accesses and of barriers that not all threads reached.
#define LAUNCHER(program, kernel) \
  extern "C" long program##_##kernel(unsigned blocks, void** arguments) { \
    return launch(blocks, arguments, &program::kernel); \
  }
