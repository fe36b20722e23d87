// Recipes write into the current folder, which belongs to the whole process.
[assembly: DoNotParallelize]
