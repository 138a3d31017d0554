// Takes files and whole folders dropped on the zone and hands them to its file input, as if they had been chosen there.

async function readFolder(entry, files, limit) {
  const reader = entry.createReader();
  // A reader gives at most a hundred entries at a time, and none at the end.
  for (;;) {
    const entries = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (entries.length === 0 || files.length > limit) {
      return;
    }

    for (const child of entries) {
      await readEntry(child, files, limit);
    }
  }
}

async function readEntry(entry, files, limit) {
  if (files.length > limit) {
    return;
  }

  if (entry.isDirectory) {
    await readFolder(entry, files, limit);
  } else if (entry.isFile && !entry.name.startsWith('.')) {
    files.push(await new Promise((resolve, reject) => entry.file(resolve, reject)));
  }
}

export function attach(zone, { maxFiles }) {
  const controller = new AbortController();
  const options = { signal: controller.signal };
  let depth = 0; // dragenter and dragleave also come from the zone's children

  const input = () => zone.querySelector('input[data-drop-target]');
  const carriesFiles = event => event.dataTransfer?.types.includes('Files') ?? false;
  const show = over => zone.classList.toggle('ll-drop-over', over);

  zone.addEventListener('dragenter', event => {
    if (carriesFiles(event)) {
      depth++;
      show(!input()?.disabled);
    }
  }, options);
  zone.addEventListener('dragleave', event => {
    if (carriesFiles(event)) {
      depth = Math.max(0, depth - 1);
      show(depth > 0 && !input()?.disabled);
    }
  }, options);

  // Beside the zone a dropped file would replace the page, and with it what has been filled in.
  const tolerate = event => {
    if (carriesFiles(event)) {
      event.preventDefault();
      event.dataTransfer.dropEffect = zone.contains(event.target) && !input()?.disabled ? 'copy' : 'none';
    }
  };
  document.addEventListener('dragover', tolerate, options);
  document.addEventListener('drop', tolerate, options);

  zone.addEventListener('drop', async event => {
    depth = 0;
    show(false);
    if (!carriesFiles(event)) {
      return;
    }

    event.preventDefault();

    // Entries must be asked for before the first await; afterwards the drop's data is gone.
    const plain = Array.from(event.dataTransfer.files);
    const entries = Array.from(event.dataTransfer.items, item => item.webkitGetAsEntry?.()).filter(Boolean);
    let files = plain;
    if (entries.some(entry => entry.isDirectory)) {
      files = [];
      for (const entry of entries) {
        try {
          await readEntry(entry, files, maxFiles);
        } catch {
          // A folder that cannot be read gives what it gave so far.
        }
      }
    }

    const target = input();
    if (files.length > 0 && target && !target.disabled) {
      const transfer = new DataTransfer();
      for (const file of files) {
        transfer.items.add(file);
      }

      target.files = transfer.files;
      target.dispatchEvent(new Event('change', { bubbles: true }));
    }
  }, options);

  return { dispose: () => controller.abort() };
}
