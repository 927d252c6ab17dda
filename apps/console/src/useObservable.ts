import { useSyncExternalStore } from "react";
import type { Observable } from "@barecast/core";

export function useObservable<T>({ subscribe, getSnapshot }: Observable<T>): T {
  return useSyncExternalStore(subscribe, getSnapshot);
}
