// libtorch's threads are of the whole process.
[assembly: DoNotParallelize]
