// libtorch has one global random generator: seeded tests need to run one after another.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
