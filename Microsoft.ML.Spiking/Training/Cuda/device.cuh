// What all kernels share: the words for threads and blocks, for approximate functions, and for memory. Their sources
// come behind it in one text.
typedef unsigned short half_word;
typedef unsigned int word;
typedef unsigned long long long_word;

#define BLOCK_SIZE 256

#ifndef SPIKING_HOST
#define DEVICE static __device__ __forceinline__
// MINIMUM_BLOCKS: a multiprocessor has registers for as many blocks, or fewer if that is not defined.
#ifdef MINIMUM_BLOCKS
#define KERNEL extern "C" __global__ __launch_bounds__(BLOCK_SIZE, MINIMUM_BLOCKS)
#else
#define KERNEL extern "C" __global__ __launch_bounds__(BLOCK_SIZE)
#endif
#ifdef __clang__
#define __global__ __attribute__((global))
#define __device__ __attribute__((device))
#define __shared__ __attribute__((shared))
#define __forceinline__ __attribute__((always_inline)) inline
#define __launch_bounds__(...) __attribute__((launch_bounds(__VA_ARGS__)))
#define THREAD __nvvm_read_ptx_sreg_tid_x()
#define BLOCK __nvvm_read_ptx_sreg_ctaid_x()
DEVICE float multiply_add(float a, float b, float c) { return __builtin_fmaf(a, b, c); }
DEVICE float absolute(float x) { return __builtin_fabsf(x); }
#else
#define THREAD threadIdx.x
#define BLOCK blockIdx.x
DEVICE float multiply_add(float a, float b, float c) { return fmaf(a, b, c); }
DEVICE float absolute(float x) { return fabsf(x); }
#endif

// 1 where a is at least b, else 0.
DEVICE float at_least(float a, float b) {
  float y;
  asm("set.ge.f32.f32 %0, %1, %2;" : "=f"(y) : "f"(a), "f"(b));
  return y;
}
DEVICE float power_of_two(float x) { float y; asm("ex2.approx.ftz.f32 %0, %1;" : "=f"(y) : "f"(x)); return y; }
DEVICE float binary_logarithm(float x) { float y; asm("lg2.approx.ftz.f32 %0, %1;" : "=f"(y) : "f"(x)); return y; }
// The same value, at this place, of which the compiler does not know what it has computed already.
DEVICE float forgotten(float x) { float y; asm volatile("mov.f32 %0, %1;" : "=f"(y) : "f"(x)); return y; }
DEVICE float reciprocal(float x) { float y; asm("rcp.approx.ftz.f32 %0, %1;" : "=f"(y) : "f"(x)); return y; }

// Compilers split accesses of structures; these stay whole. No kernel writes what it reads, so that a load may move
// before the stores of earlier steps, which a compiler cannot tell from the addresses alone.
DEVICE word load_half(const void* p) {
  half_word w;
  asm("ld.global.nc.u16 %0, [%1];" : "=h"(w) : "l"(p));
  return w;
}
DEVICE void load_words(const void* p, word (&w)[1]) { asm("ld.global.nc.u32 %0, [%1];" : "=r"(w[0]) : "l"(p)); }
DEVICE void load_words(const void* p, word (&w)[2]) {
  asm("ld.global.nc.v2.u32 {%0, %1}, [%2];" : "=r"(w[0]), "=r"(w[1]) : "l"(p));
}
DEVICE void load_words(const void* p, word (&w)[4]) {
  asm("ld.global.nc.v4.u32 {%0, %1, %2, %3}, [%4];" : "=r"(w[0]), "=r"(w[1]), "=r"(w[2]), "=r"(w[3]) : "l"(p));
}
DEVICE void load_words(const void* p, word (&w)[8]) {
  asm("ld.global.nc.v4.u32 {%0, %1, %2, %3}, [%4];" : "=r"(w[0]), "=r"(w[1]), "=r"(w[2]), "=r"(w[3]) : "l"(p));
  asm("ld.global.nc.v4.u32 {%0, %1, %2, %3}, [%4 + 16];" : "=r"(w[4]), "=r"(w[5]), "=r"(w[6]), "=r"(w[7]) : "l"(p));
}
DEVICE void store_words(void* p, const word (&w)[1]) {
  asm volatile("st.global.u32 [%0], %1;" :: "l"(p), "r"(w[0]) : "memory");
}
DEVICE void store_words(void* p, const word (&w)[2]) {
  asm volatile("st.global.v2.u32 [%0], {%1, %2};" :: "l"(p), "r"(w[0]), "r"(w[1]) : "memory");
}
DEVICE void store_words(void* p, const word (&w)[4]) {
  asm volatile("st.global.v4.u32 [%0], {%1, %2, %3, %4};"
    :: "l"(p), "r"(w[0]), "r"(w[1]), "r"(w[2]), "r"(w[3]) : "memory");
}
DEVICE void store_words(void* p, const word (&w)[8]) {
  asm volatile("st.global.v4.u32 [%0], {%1, %2, %3, %4};"
    :: "l"(p), "r"(w[0]), "r"(w[1]), "r"(w[2]), "r"(w[3]) : "memory");
  asm volatile("st.global.v4.u32 [%0 + 16], {%1, %2, %3, %4};"
    :: "l"(p), "r"(w[4]), "r"(w[5]), "r"(w[6]), "r"(w[7]) : "memory");
}

// Two float32 as float16, to the nearest, ties to even, and one back.
DEVICE word halves_of(float low, float high) {
  word w;
  asm("{\n.reg .b16 a, b;\ncvt.rn.f16.f32 a, %1;\ncvt.rn.f16.f32 b, %2;\nmov.b32 %0, {a, b};\n}"
    : "=r"(w) : "f"(low), "f"(high));
  return w;
}
DEVICE float half_value(half_word x) { float y; asm("cvt.f32.f16 %0, %1;" : "=f"(y) : "h"(x)); return y; }

DEVICE float float_of(word w) { float x; asm("mov.b32 %0, %1;" : "=f"(x) : "r"(w)); return x; }
DEVICE word bits_of(float x) { word w; asm("mov.b32 %0, %1;" : "=r"(w) : "f"(x)); return w; }
DEVICE double square_root(double x) { double y; asm("sqrt.rn.f64 %0, %1;" : "=d"(y) : "d"(x)); return y; }
DEVICE float square_root(float x) { float y; asm("sqrt.rn.f32 %0, %1;" : "=f"(y) : "f"(x)); return y; }

// Writes the sum of what all threads of a block give, added in one order. All of them call it. It returns true in one
// thread, which finds the sum there.
DEVICE bool sum_of_block(double own, double* sum) {
  __shared__ double sums[BLOCK_SIZE];
  sums[THREAD] = own;
  for (int half = BLOCK_SIZE / 2; half > 0; half /= 2) {
    asm volatile("bar.sync 0;" ::: "memory");
    if (THREAD < half) sums[THREAD] += sums[THREAD + half];
  }
  if (THREAD == 0) *sum = sums[0];
  return THREAD == 0;
}

// Memory of a block, and a barrier that all its threads reach before any goes on.
#define SHARED __shared__
DEVICE void barrier() { asm volatile("bar.sync 0;" ::: "memory"); }

// Adds what all threads of a block counted, in one atomic. Whole numbers have the same sum in any order.
DEVICE void add_count(word own, long_word* count) {
  __shared__ word warps[BLOCK_SIZE / 32];
  for (int distance = 16; distance > 0; distance /= 2) {
    word other;
    asm volatile("shfl.sync.bfly.b32 %0, %1, %2, 31, 0xffffffff;" : "=r"(other) : "r"(own), "r"(distance));
    own += other;
  }
  if (THREAD % 32 == 0) warps[THREAD / 32] = own;
  asm volatile("bar.sync 0;" ::: "memory");
  if (THREAD == 0) {
    long_word sum = 0;
    for (int i = 0; i < BLOCK_SIZE / 32; i++) sum += warps[i];
    asm volatile("red.global.add.u64 [%0], %1;" :: "l"(count), "l"(sum) : "memory");
  }
}

// Raises a word to the largest of what all threads of a block give. All of them call it.
DEVICE void take_largest(word own, word* largest) {
  __shared__ word warps[BLOCK_SIZE / 32];
  for (int distance = 16; distance > 0; distance /= 2) {
    word other;
    asm volatile("shfl.sync.bfly.b32 %0, %1, %2, 31, 0xffffffff;" : "=r"(other) : "r"(own), "r"(distance));
    own = own > other ? own : other;
  }
  if (THREAD % 32 == 0) warps[THREAD / 32] = own;
  asm volatile("bar.sync 0;" ::: "memory");
  if (THREAD == 0) {
    for (int i = 0; i < BLOCK_SIZE / 32; i++) own = own > warps[i] ? own : warps[i];
    asm volatile("red.global.max.u32 [%0], %1;" :: "l"(largest), "r"(own) : "memory");
  }
}
#endif

// Four random words: Philox4x32-10 (Salmon, Moraes, Dror, Shaw, SC 2011), as RandomStream draws them.
DEVICE void random_words(word block, word epoch, long_word item, word key0, word key1, word (&words)[4]) {
  word c0 = block, c1 = epoch, c2 = (word)item, c3 = (word)(item >> 32);
  for (int round = 0; round < 10; round++) {
    long_word product0 = 0xD2511F53ull * c0, product1 = 0xCD9E8D57ull * c2;
    c0 = (word)(product1 >> 32) ^ c1 ^ key0;
    c2 = (word)(product0 >> 32) ^ c3 ^ key1;
    c1 = (word)product1;
    c3 = (word)product0;
    key0 += 0x9E3779B9u;
    key1 += 0xBB67AE85u;
  }
  words[0] = c0; words[1] = c1; words[2] = c2; words[3] = c3;
}

// Several arrays in one launch: a block works on BLOCK_VALUES of one of them, and array a has the blocks from
// first_block[a] up to first_block[a + 1].
#define MOST_ARRAYS 48
#define BLOCK_VALUES 4096

DEVICE int array_of_block(const long long* first_block) {
  int array = 0;
  while (first_block[array + 1] <= (long long)BLOCK) array++;
  return array;
}

// Calls the body with i for each value of this thread.
#define FOR_EACH_VALUE(table, array) \
  for (long long i = ((long long)BLOCK - table.first_block[array]) * BLOCK_VALUES + THREAD, \
    end = i - THREAD + BLOCK_VALUES < table.length[array] ? i - THREAD + BLOCK_VALUES : table.length[array]; \
    i < end; i += BLOCK_SIZE)

union FloatBits { float value; word bits; };

// Rounds to the nearest, ties to even, as torch does. Not a number stays that.
#if !defined(SPIKING_HOST) && __CUDA_ARCH__ >= 800
DEVICE half_word to_bf16(float x) { half_word h; asm("cvt.rn.bf16.f32 %0, %1;" : "=h"(h) : "f"(x)); return h; }
DEVICE word to_bf16(float low, float high) {
  word w;
  asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(w) : "f"(high), "f"(low));
  return w;
}
#else
DEVICE half_word to_bf16(float x) {
  FloatBits b;
  b.value = x;
  if (x != x) return 0x7FC0;
  return (half_word)((b.bits + 0x7FFFu + ((b.bits >> 16) & 1u)) >> 16);
}
DEVICE word to_bf16(float low, float high) { return (word)to_bf16(low) | ((word)to_bf16(high) << 16); }
#endif

#ifdef WIDTH
// WIDTH neighbouring values of an array, float32 or bfloat16, read and written at once.
struct Floats { float v[WIDTH]; };

DEVICE void store_value(float* p, float x) {
  FloatBits b;
  b.value = x;
  const word w[1] = {b.bits};
  store_words(p, w);
}

DEVICE void store_value(half_word* p, float x) { *p = to_bf16(x); }

// WIDTH values as they lie in memory.
struct FullWords { word w[WIDTH]; };
struct HalfWords { word w[(WIDTH + 1) / 2]; };

DEVICE FullWords load_packed(const float* p) {
  FullWords x;
  load_words(p, x.w);
  return x;
}

DEVICE HalfWords load_packed(const half_word* p) {
  HalfWords x;
#if WIDTH == 1
  x.w[0] = load_half(p);
#else
  load_words(p, x.w);
#endif
  return x;
}

DEVICE Floats unpacked(const FullWords& x) {
  Floats result;
  for (int i = 0; i < WIDTH; i++) {
    FloatBits b;
    b.bits = x.w[i];
    result.v[i] = b.value;
  }
  return result;
}

DEVICE Floats unpacked(const HalfWords& x) {
  Floats result;
  for (int i = 0; i < WIDTH; i++) {
    FloatBits b;
    b.bits = i % 2 == 0 ? x.w[i / 2] << 16 : x.w[i / 2] & 0xFFFF0000u;
    result.v[i] = b.value;
  }
  return result;
}

DEVICE Floats load(const float* p) { return unpacked(load_packed(p)); }
DEVICE Floats load(const half_word* p) { return unpacked(load_packed(p)); }

DEVICE float value_of(const float* p) {
  word w[1];
  load_words(p, w);
  FloatBits b;
  b.bits = w[0];
  return b.value;
}

DEVICE float value_of(const half_word* p) {
  FloatBits b;
  b.bits = load_half(p) << 16;
  return b.value;
}

DEVICE void store(float* p, const Floats& f) {
  word w[WIDTH];
  for (int i = 0; i < WIDTH; i++) {
    FloatBits b;
    b.value = f.v[i];
    w[i] = b.bits;
  }
  store_words(p, w);
}

// As float16.
DEVICE void store_halves(half_word* p, const Floats& f) {
#if WIDTH == 1
  *p = (half_word)halves_of(f.v[0], 0.f);
#else
  word w[WIDTH / 2];
  for (int i = 0; i < WIDTH / 2; i++) w[i] = halves_of(f.v[2 * i], f.v[2 * i + 1]);
  store_words(p, w);
#endif
}

DEVICE void store(half_word* p, const Floats& f) {
#if WIDTH == 1
  *p = to_bf16(f.v[0]);
#else
  word w[WIDTH / 2];
  for (int i = 0; i < WIDTH / 2; i++) w[i] = to_bf16(f.v[2 * i], f.v[2 * i + 1]);
  store_words(p, w);
#endif
}
#endif
