// What floats beside a point: its look and its words, the same in every chart.
import { small } from './trend-series';

export const tipLook = {
  confine: true,
  transitionDuration: 0,
  backgroundColor: 'var(--raised)',
  borderColor: 'var(--hairline)',
  padding: [8, 12],
  textStyle: { ...small, color: 'var(--text)' },
  extraCssText: 'box-shadow: var(--shadow); border-radius: 8px;',
};

/** The head, the figure, and what else there is to say, a line each. */
export function tipWords([head = '', figure = '', ...rest]: string[]): string {
  const further = rest.map((line) => `<br>${escaped(line)}`).join('');
  return `${escaped(head)}<br><b>${escaped(figure)}</b>${further}`;
}

const escaped = (text: string) => text.replace(/[&<>"]/g, (mark) => `&#${mark.charCodeAt(0)};`);
