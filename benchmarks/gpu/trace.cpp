// What a card does during the last steps of a program, by CUPTI: its busy share, the time of each kernel, and the calls
// of CUDA that were made meanwhile. Built by trace.sh; loaded into a program by the variable CUDA_INJECTION64_PATH. The
// program pauses for a quarter of a second before the steps that count; what comes before the last pause is left out.
#include <cupti.h>
#include <cxxabi.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace {

constexpr uint64_t Pause = 200'000'000; // nanoseconds
constexpr size_t BufferSize = 8 << 20;

struct Span {
  uint64_t start, end;
  std::string name;
};

struct Total {
  uint64_t count, time;
};

std::mutex gate;
std::vector<Span> work, calls;

// Without what C++ puts around a kernel's name: "void ", namespaces of torch, and the end of long ones.
std::string readable(const char* name) {
  if (!name) return "?";
  int status = 1;
  char* plain = abi::__cxa_demangle(name, nullptr, nullptr, &status);
  std::string result = status == 0 ? plain : name;
  free(plain);
  for (const char* part : {"void ", "at::native::", "(anonymous namespace)::", "c10::"})
    for (size_t at; (at = result.find(part)) != std::string::npos;) result.erase(at, strlen(part));
  return result.substr(0, 100);
}

void add(const CUpti_Activity* record) {
  switch (record->kind) {
    case CUPTI_ACTIVITY_KIND_CONCURRENT_KERNEL: {
      auto kernel = reinterpret_cast<const KERNEL_RECORD*>(record);
      work.push_back({kernel->start, kernel->end, readable(kernel->name)});
      break;
    }
    case CUPTI_ACTIVITY_KIND_MEMCPY: {
      auto copy = reinterpret_cast<const CUpti_ActivityMemcpy6*>(record);
      work.push_back({copy->start, copy->end, "memory copied"});
      break;
    }
    case CUPTI_ACTIVITY_KIND_MEMSET: {
      auto set = reinterpret_cast<const CUpti_ActivityMemset4*>(record);
      work.push_back({set->start, set->end, "memory set"});
      break;
    }
    case CUPTI_ACTIVITY_KIND_RUNTIME:
    case CUPTI_ACTIVITY_KIND_DRIVER: {
      auto call = reinterpret_cast<const CUpti_ActivityAPI*>(record);
      const char* name = nullptr;
      bool isRuntime = record->kind == CUPTI_ACTIVITY_KIND_RUNTIME;
      cuptiGetCallbackName(isRuntime ? CUPTI_CB_DOMAIN_RUNTIME_API : CUPTI_CB_DOMAIN_DRIVER_API, call->cbid, &name);
      calls.push_back({call->start, call->end, name ? name : "?"});
      break;
    }
    default:
      break;
  }
}

void CUPTIAPI request(uint8_t** buffer, size_t* size, size_t* records) {
  *size = BufferSize;
  *records = 0;
  *buffer = static_cast<uint8_t*>(aligned_alloc(8, BufferSize));
}

void CUPTIAPI complete(CUcontext, uint32_t, uint8_t* buffer, size_t, size_t valid) {
  std::lock_guard<std::mutex> lock(gate);
  CUpti_Activity* record = nullptr;
  while (cuptiActivityGetNextRecord(buffer, valid, &record) == CUPTI_SUCCESS) add(record);
  free(buffer);
}

void table(const char* title, const std::vector<Span>& spans, uint64_t whole, size_t most) {
  std::map<std::string, Total> totals;
  for (const Span& span : spans) {
    Total& total = totals[span.name];
    total.count++;
    total.time += span.end - span.start;
  }
  std::vector<std::pair<std::string, Total>> rows(totals.begin(), totals.end());
  std::sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) { return a.second.time > b.second.time; });
  printf("%s\n    share    count  mean us  name\n", title);
  for (size_t i = 0; i < rows.size() && i < most; i++) {
    const Total& total = rows[i].second;
    printf("  %6.2f%% %8llu %8.1f  %s\n", 100. * total.time / whole, static_cast<unsigned long long>(total.count),
      total.time / 1000. / total.count, rows[i].first.c_str());
  }
}

void report() {
  cuptiActivityFlushAll(CUPTI_ACTIVITY_FLAG_FLUSH_FORCED);
  std::lock_guard<std::mutex> lock(gate);
  std::sort(work.begin(), work.end(), [](const Span& a, const Span& b) { return a.start < b.start; });
  size_t first = 0;
  uint64_t last = 0;
  for (size_t i = 0; i < work.size(); i++) {
    if (i > 0 && work[i].start > last + Pause) first = i;
    last = std::max(last, work[i].end);
  }
  std::vector<Span> counted(work.begin() + first, work.end()), called;
  if (counted.empty()) {
    printf("trace: nothing ran on the card\n");
    return;
  }
  uint64_t start = counted.front().start, reached = start, busy = 0;
  for (const Span& span : counted) {
    if (span.end > reached) busy += span.end - std::max(span.start, reached);
    reached = std::max(reached, span.end);
  }
  for (const Span& call : calls)
    if (call.end + Pause / 4 > start && call.start < reached) called.push_back(call);
  uint64_t whole = reached - start;
  printf("trace: %.2f ms from the first kernel's start to the last one's end, %zu of them; the card is busy %.1f %%\n",
    whole / 1e6, counted.size(), 100. * busy / whole);
  table("work of the card, as shares of that time", counted, whole, 45);
  table("calls, as shares of that time", called, whole, 25);
  fflush(stdout);
}

} // namespace

extern "C" int InitializeInjection() {
  cuptiActivityRegisterCallbacks(request, complete);
  for (CUpti_ActivityKind kind : {CUPTI_ACTIVITY_KIND_CONCURRENT_KERNEL, CUPTI_ACTIVITY_KIND_MEMCPY,
         CUPTI_ACTIVITY_KIND_MEMSET, CUPTI_ACTIVITY_KIND_RUNTIME, CUPTI_ACTIVITY_KIND_DRIVER}) {
    CUptiResult result = cuptiActivityEnable(kind);
    if (result != CUPTI_SUCCESS) printf("trace: CUPTI refuses kind %d: %d\n", kind, result);
  }
  atexit(report);
  return 1;
}
