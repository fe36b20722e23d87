// Most tests start processes that take a processor each.
[assembly: DoNotParallelize]
