import { functionLines } from "./size";

test("functions, methods and arrow functions with statements are counted, by their lines; expressions are not", () => {
  const text = `function a() {
  return 1;
}
class B {
  c(): void {
    const d = () => {
      a();
    };
    d();
  }
}
const e = () => a();
`;
  expect(functionLines("x.ts", text)).toEqual([3, 6, 3]);
});
