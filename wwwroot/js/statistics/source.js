// Asks the server for statistics; what takes longer than a second there is asked again until it is done.

import { say } from '../explorer/texts.js';

const PATIENCE = 400;

/** The words of an API answer that refuses. */
async function refusal(response) {
  try {
    const problem = await response.json();
    return problem.detail ?? problem.title ?? say('The server answered {0}.', response.status);
  } catch {
    return say('The server answered {0}.', response.status);
  }
}

/** Statistics of one scope. */
export class StatisticsSource {
  /** @param {string} scope Query parameters that say which analyses, without a question mark. */
  constructor(scope) {
    this.scope = scope;
    this.controller = new AbortController();
  }

  /**
   * @param {string} what layers, tokens or map.
   * @param {Record<string, string>} more Further parameters.
   * @param {(read: number, total: number) => void} onProgress
   */
  async ask(what, more = {}, onProgress = () => {}) {
    const query = new URLSearchParams(this.scope);
    for (const [name, value] of Object.entries(more)) {
      query.set(name, value);
    }

    const { signal } = this.controller;
    for (;;) {
      const response = await fetch(`/api/statistics/${what}?${query}`, { signal });
      if (!response.ok) {
        throw new Error(await refusal(response));
      }

      const answer = await response.json();
      if (response.status !== 202) {
        return answer;
      }

      onProgress(answer.read, answer.total);
      await new Promise((resolve) => setTimeout(resolve, PATIENCE));
      signal.throwIfAborted();
    }
  }

  dispose() {
    this.controller.abort();
  }
}
