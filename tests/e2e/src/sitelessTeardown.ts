import { endSiteless } from "./siteless";

export default endSiteless;
