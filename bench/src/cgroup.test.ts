import { megabytes, memoryOf } from "./cgroup";

test("version 1: the fields that include children", () => {
  const stat = "cache 3600384\nrss 1458176\nshmem 4096\ntotal_cache 2334662656\ntotal_rss 398606336\ntotal_shmem 17920000\n";
  expect(memoryOf(stat)).toEqual({ anonBytes: 398606336, shmemBytes: 17920000 });
  expect(megabytes(memoryOf(stat))).toBeCloseTo(416.5, 1);
});

test("version 2", () => {
  expect(memoryOf("anon 1000\nfile 5000\nkernel 70\nshmem 24\n")).toEqual({ anonBytes: 1000, shmemBytes: 24 });
});

test("anything else is no cgroup", () => {
  expect(() => memoryOf("")).toThrow(new Error("memory.stat: Expected a number at anon, found no such field"));
  expect(() => memoryOf("anon 1\nshmem much\n")).toThrow(new Error("memory.stat: Expected a number at shmem, found much"));
});
