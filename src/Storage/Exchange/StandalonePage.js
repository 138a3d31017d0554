// Starts a page of its own: inflates the explorer's script, which stands in the page as base64 of gzip. The page's policy holds the hash of what comes
// out, so nothing else can run here.

const host = document.getElementById('explorer');

try {
  if (typeof DecompressionStream === 'undefined') {
    throw new Error('this browser cannot unpack it. Any browser of 2023 or later can.');
  }

  const bytes = Uint8Array.from(atob(document.getElementById('lx-script').textContent), (character) => character.charCodeAt(0));
  const unpacked = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
  const script = document.createElement('script');
  script.type = 'module';
  script.textContent = await new Response(unpacked).text();
  document.head.append(script);
} catch (error) {
  host.textContent = `This page cannot be shown: ${error.message}`;
}
