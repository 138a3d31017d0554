// What is looked at, in the address: the group, the charts shown as tables, the one at full size, the layer of the tokens, the map and its grid.

const GROUPS = ['patches', 'text', 'answer'];
const MAPS = ['bestLayer', 'mask', 'confidence', 'entropy', 'filler', 'bestHere'];

/** The view an address means. */
export function parseView(query) {
  const values = new URLSearchParams(query);
  const layerOf = (name) => (/^\d{1,3}$/.test(values.get(name) ?? '') ? Number(values.get(name)) : null);
  return {
    group: GROUPS.includes(values.get('group')) ? values.get('group') : 'patches',
    tables: (values.get('tables') ?? '').split('_').filter((id) => id !== ''),
    full: values.get('full') || null,
    tokenLayer: layerOf('tokens'),
    map: MAPS.includes(values.get('map')) ? values.get('map') : 'bestLayer',
    mapLayer: layerOf('maplayer'),
    tile: values.get('tile') === '1' ? 1 : 0,
  };
}

/** The address of a view; parameters that say which analyses stay as they are. */
export function formatView(view, query) {
  const values = new URLSearchParams(query);
  const set = (name, value) => (value === null || value === '' ? values.delete(name) : values.set(name, value));
  set('group', view.group === 'patches' ? null : view.group);
  set('tables', view.tables.join('_'));
  set('full', view.full);
  set('map', view.map === 'bestLayer' ? null : view.map);
  set('maplayer', view.mapLayer === null ? null : String(view.mapLayer));
  set('tile', view.tile === 0 ? null : String(view.tile));
  set('tokens', view.tokenLayer === null ? null : String(view.tokenLayer));
  return values.toString();
}
