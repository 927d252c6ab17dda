export { DockerProxy } from "./dockerProxy";
export { FakeDocker } from "./fakeDocker";
export { Harness } from "./harness";
export { killedAtWrite } from "./killed";
export { PLATFORM } from "./platform";
export { volume } from "./resources";
