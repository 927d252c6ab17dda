import { stolenBefore } from "./judge";
import type { Span } from "./stolen";

/** What somebody was answered, and when: milliseconds of this computer's clock. */
export interface Answer {
  readonly said: string;
  readonly askedMs: number;
  readonly answeredMs: number;
}

/**
 * What was said, once each. Where the machine's host took it, another answer than the wanted one tells nothing of the site, as a poor second nothing of
 * a stream: that is said, and left out.
 */
export function judgedAnswers(answers: readonly Answer[], wanted: string, spans: readonly Span[]): string[] {
  const judged = answers.filter(({ said, askedMs, answeredMs }) => {
    const stolen = said === wanted ? 0 : stolenBefore(spans, askedMs, answeredMs);
    if (stolen > 0) console.warn(`Not judged: ${said}, while ${Math.round(100 * stolen)} % of the machine was taken by its host`);
    return stolen === 0;
  });
  return [...new Set(judged.map(({ said }) => said))];
}
