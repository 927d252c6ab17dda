/** Closes what a test has opened when it ends, however it ends: the last first. Call it once at the top of a test file. */
export function closeAfterEach(): (close: () => unknown) => void {
  const closings: (() => unknown)[] = [];
  afterEach(async () => {
    for (const close of closings.splice(0).reverse()) await close();
  });
  return (close) => closings.push(close);
}
