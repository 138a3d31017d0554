// Where an explorer's data come from. A source answers:
//   manifest()      the analysis, as AnalysisManifest
//   tokens()        { ids (or none: places are ids), display, text, kind }
//   readings(from)  { buffer, attempt, count }: packed layers from the from-th on; count is how many there are in all
//   first()         the same from the beginning, or only the layers' summaries, which are a fraction of it and enough for every map
//   rest()          the packed bytes that first() left out, or null
//   picture()       an ImageBitmap in the run's orientation
//   input(fine)     an ImageBitmap of what the model was given of it, as a whole or in its finer tiles put together, or null where that cannot be had
//   dispose()
import { say } from './texts.js';

// Larger pictures are shown at this width or height at most: finer pixels than a screen has cost time at every step of a zoom.
const LARGEST_SIDE = 4096;

/** The dashboard's HTTP interface. */
export class ApiSource {
  /**
   * @param {{analysis: string, attempt: number|null, checkpointHash: string, imageSha256: string, orientation: string, width: number, height: number, input?: boolean}} options
   *   attempt: of an analysis that is done, so that the browser may keep its readings; else null. input: whether the checkpoint is at hand, to make its input again.
   */
  constructor(options) {
    this.options = options;
    this.abort = new AbortController();
  }

  async manifest() {
    return (await this.#get(`api/analyses/${this.options.analysis}`)).json();
  }

  async tokens() {
    return (await this.#get(`api/checkpoints/${this.options.checkpointHash}/tokens`)).json();
  }

  async readings(from) {
    return this.#packed(`readings?from=${from}${this.#done ? `&attempt=${this.options.attempt}` : ''}`);
  }

  async first() {
    return this.#done ? this.#packed(`summary?attempt=${this.options.attempt}`) : this.readings(0);
  }

  async rest() {
    return this.#done ? (await this.#packed(`readings?part=rest&attempt=${this.options.attempt}`)).buffer : null;
  }

  async picture() {
    const { imageSha256, orientation, width, height } = this.options;
    const response = await this.#get(`api/images/${imageSha256}/picture?orientation=${orientation}`);
    return decodePicture(await response.blob(), width, height, 'none');
  }

  async input(fine) {
    if (!this.options.input) {
      return null;
    }

    try {
      const response = await this.#get(`api/analyses/${this.options.analysis}/input?look=${fine ? 'fine' : 'whole'}`);
      return await createImageBitmap(await response.blob(), { imageOrientation: 'none' });
    } catch {
      // The checkpoint's folder moved away, or the results came from a file.
      return null;
    }
  }

  dispose() {
    this.abort.abort();
  }

  get #done() {
    return this.options.attempt !== null;
  }

  async #packed(path) {
    const response = await this.#get(`api/analyses/${this.options.analysis}/${path}`);
    return {
      buffer: await response.arrayBuffer(),
      attempt: Number(response.headers.get('X-Attempt')),
      count: Number(response.headers.get('X-Blobs')),
    };
  }

  async #get(path) {
    let response;
    try {
      response = await fetch(new URL(path, document.baseURI), { signal: this.abort.signal });
    } catch (error) {
      if (error.name === 'AbortError') {
        throw error;
      }

      throw new Error(say('The server cannot be reached: what is shown stays readable; reload the page when the server is back.'), { cause: error });
    }

    if (!response.ok) {
      const problem = await response.json().catch(() => null);
      throw new Error(problem?.detail ?? say('The server answered {0} to {1}: reload the page.', response.status, path));
    }

    return response;
  }
}

/** Data that stand in the page itself (StandalonePage in src/Storage/Exchange). */
export class EmbeddedSource {
  constructor(read) {
    this.record = read('lx-record').then(unzip).then((stream) => new Response(stream).json());
    this.packed = () => read('lx-readings').then(unzip).then((stream) => new Response(stream).arrayBuffer());
    this.file = () => read('lx-picture');
  }

  async manifest() {
    return (await this.record).manifest;
  }

  async tokens() {
    const { steps, display, text, kind } = (await this.record).tokens;
    let last = 0;
    return {
      ids: steps.map((step) => (last += step)),
      display,
      text: display.map((shown, place) => text[place] ?? shown.replaceAll('␣', ' ')),
      kind: display.map((_, place) => kind[place] ?? 0),
    };
  }

  async readings() {
    const { manifest } = await this.record;
    return { buffer: await this.packed(), attempt: manifest.attempt, count: manifest.blobs };
  }

  first() {
    return this.readings();
  }

  async rest() {
    return null;
  }

  async picture() {
    const { manifest, pictureMediaType } = await this.record;
    return decodePicture(new Blob([await this.file()], { type: pictureMediaType }), manifest.image.width, manifest.image.height, 'none');
  }

  async input() {
    return null;
  }

  dispose() {
  }
}

async function decodePicture(blob, width, height, imageOrientation) {
  const shrink = LARGEST_SIDE / Math.max(width, height, 1);
  const size = shrink < 1 ? { resizeWidth: Math.round(width * shrink), resizeHeight: Math.round(height * shrink), resizeQuality: 'high' } : {};
  return createImageBitmap(blob, { imageOrientation, ...size });
}

function unzip(bytes) {
  return new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
}
