declare module "kurento-client" {
  const kurento: unknown;
  export default kurento;
}
