import { beginSiteless } from "./siteless";

export default beginSiteless;
