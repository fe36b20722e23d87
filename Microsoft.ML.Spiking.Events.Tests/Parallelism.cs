// Torch's random generator and its default device belong to the whole process.
[assembly: DoNotParallelize]
