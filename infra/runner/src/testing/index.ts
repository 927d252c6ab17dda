export { DockerProxy } from "./dockerProxy";
export { Harness } from "./harness";
export { killedAtWrite } from "./killed";
export { PLATFORM } from "./platform";
