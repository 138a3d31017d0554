// Keys for patches' places.

/** A key for a patch's place. */
export function patchKey(tile, row, column) {
  return `${tile}/${row}/${column}`;
}
