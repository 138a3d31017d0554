// The table as tab-separated values: what a spreadsheet or a script takes from the clipboard.

import { layerName } from './format.js';
import { kindOf } from './table-rows.js';

/** The rows and columns shown. Probabilities with six digits; tokens as they are displayed, which holds neither tabs nor line ends. */
export function tableAsTsv(model, rows, columns, changes) {
  const layers = columns.map(({ layer }) => layer).filter((layer) => layer !== null);
  const head = ['position', 'kind', 'row', 'column', 'input', ...layers.flatMap((layer) => [`${layerName(layer)} token`, `${layerName(layer)} id`, `${layerName(layer)} p`]), ...(changes ? ['change at least'] : [])];
  const lines = rows.map((index) => {
    const position = model.positions[index];
    const patch = position.kind === 'patch';
    return [
      index, patch || position.kind === 'newline' ? position.kind : kindOf(model, index), patch ? position.row : '', patch ? position.column : '', patch ? '' : model.display(position.id),
      ...layers.flatMap((layer) => (model.isRead(layer, index)
        ? [model.display(model.id(layer, index)), model.id(layer, index), model.probability(layer, index).toPrecision(6)]
        : ['', '', ''])),
      ...(changes ? [changes.get(index)?.amount.toPrecision(6) ?? ''] : []),
    ].join('\t');
  });
  return [head.join('\t'), ...lines].join('\n') + '\n';
}
