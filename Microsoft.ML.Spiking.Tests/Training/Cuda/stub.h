// In the place of NVIDIA's driver, of NVRTC and of libtorch's CUDA library: every function notes its arguments in one text
// and answers what no other function answers. Signatures are those of cuda.h (CUDA 12) and nvrtc.h.
#include <cstdarg>
#include <cstddef>
#include <cstdio>
#include <cstring>

static char text[1 << 16];

static void note(const char* format, ...) {
  std::va_list arguments;
  va_start(arguments, format);
  std::size_t length = std::strlen(text);
  std::vsnprintf(text + length, sizeof text - length, format, arguments);
  std::strcat(text, "\n");
  va_end(arguments);
}

extern "C" {
const char* stub_text() { return text; }

typedef void* handle;
int cuInit(unsigned flags) { note("cuInit %u", flags); return 0; }
int cuDriverGetVersion(int* version) { *version = 12090; return 0; }
int cuDeviceGet(int* device, int ordinal) { *device = ordinal + 10; return 0; }
int cuDeviceGetAttribute(int* value, int attribute, int device) {
  note("cuDeviceGetAttribute %d %d", attribute, device);
  *value = attribute == 75 ? 9 : 0;
  return 0;
}
int cuDevicePrimaryCtxRetain(handle* context, int device) { *context = (handle)(std::size_t)(device + 100); return 0; }
int cuCtxPushCurrent_v2(handle context) { note("cuCtxPushCurrent %zu", (std::size_t)context); return 0; }
int cuCtxPopCurrent_v2(handle* context) { *context = nullptr; note("cuCtxPopCurrent"); return 0; }
int cuModuleLoadData(handle* module, const void* image) {
  note("cuModuleLoadData %s", (const char*)image);
  *module = (handle)200;
  return 0;
}
int cuModuleGetFunction(handle* function, handle module, const char* name) {
  note("cuModuleGetFunction %zu %s", (std::size_t)module, name);
  *function = (handle)300;
  return 0;
}
int cuLaunchKernel(handle function, unsigned gx, unsigned gy, unsigned gz, unsigned bx, unsigned by, unsigned bz,
  unsigned shared, handle stream, void** arguments, void** extra) {
  note("cuLaunchKernel %zu %u %u %u %u %u %u %u %zu %d %g %d", (std::size_t)function, gx, gy, gz, bx, by, bz, shared,
    (std::size_t)stream, *(int*)arguments[0], *(double*)arguments[1], extra == nullptr);
  return 0;
}
int cuEventCreate(handle* event, unsigned flags) { note("cuEventCreate %u", flags); *event = (handle)400; return 0; }
int cuEventRecord(handle event, handle stream) {
  note("cuEventRecord %zu %zu", (std::size_t)event, (std::size_t)stream);
  return 0;
}
int cuEventSynchronize(handle event) { note("cuEventSynchronize %zu", (std::size_t)event); return 0; }
int cuEventDestroy_v2(handle event) { note("cuEventDestroy %zu", (std::size_t)event); return 0; }
int cuGetErrorName(int status, const char** name) {
  *name = status == 2 ? "CUDA_ERROR_OUT_OF_MEMORY" : nullptr;
  return status == 2 ? 0 : 1;
}
int aoti_torch_get_current_cuda_stream(int device, handle* stream) {
  *stream = (handle)(std::size_t)(device + 500);
  return 0;
}

int nvrtcVersion(int* major, int* minor) { *major = 12; *minor = 8; return 0; }
int nvrtcGetNumSupportedArchs(int* count) { *count = 2; return 0; }
int nvrtcGetSupportedArchs(int* architectures) { architectures[0] = 80; architectures[1] = 90; return 0; }
int nvrtcCreateProgram(handle* program, const char* source, const char* name, int headers, const char* const* texts,
  const char* const* names) {
  note("nvrtcCreateProgram %s %s %d %d", source, name, headers, texts == nullptr && names == nullptr);
  *program = (handle)600;
  return 0;
}
int nvrtcCompileProgram(handle program, int count, const char* const* options) {
  for (int i = 0; i < count; i++) note("option %s", options[i]);
  return std::strcmp(options[0], "--wrong") == 0 ? 6 : 0;
}
int nvrtcDestroyProgram(handle* program) { note("nvrtcDestroyProgram %zu", (std::size_t)*program); return 0; }
const char* nvrtcGetErrorString(int status) { return status == 6 ? "NVRTC_ERROR_COMPILATION" : "NVRTC_OTHER"; }
int nvrtcGetProgramLogSize(handle program, std::size_t* size) { *size = 32; return 0; }
int nvrtcGetProgramLog(handle program, char* log) { std::strcpy(log, "note\nx.cu(3): error: no such"); return 0; }
int nvrtcGetPTXSize(handle program, std::size_t* size) { *size = 4; return 0; }
int nvrtcGetPTX(handle program, char* ptx) { std::strcpy(ptx, "ptx"); return 0; }
int nvrtcGetCUBINSize(handle program, std::size_t* size) { *size = 6; return 0; }
int nvrtcGetCUBIN(handle program, char* cubin) { std::strcpy(cubin, "cubin"); return 0; }
}
