// A brand's accent must be readable: WCAG 2.2 contrast, and the nearest shade of a colour that passes.

type Rgb = [number, number, number];

/** The colour itself if it stands out enough from the ground, else the nearest shade that does. */
export function readable(colour: string, ground: string, ratio = 4.5): string {
  const start = rgb(colour);
  const floor = rgb(ground);
  if (!start || !floor) return colour;
  const pole: Rgb = luminance(floor) > 0.18 ? [0, 0, 0] : [255, 255, 255];
  for (let step = 0; step <= 20; step += 1) {
    const shade = start.map((part, i) => Math.round(part + ((pole[i] ?? 0) - part) * (step / 20))) as Rgb;
    if (contrast(shade, floor) >= ratio) return hex(shade);
  }
  return hex(pole);
}

/** Black or white, whichever reads better on the colour. */
export function ink(colour: string): string {
  const ground = rgb(colour);
  if (!ground) return '#ffffff';
  return contrast([255, 255, 255], ground) >= contrast([0, 0, 0], ground) ? '#ffffff' : '#000000';
}

export function contrast(one: Rgb, other: Rgb): number {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

export function rgb(colour: string): Rgb | null {
  const digits = /^#([0-9a-f]{6})$/i.exec(colour)?.[1];
  if (!digits) return null;
  return [0, 2, 4].map((at) => parseInt(digits.slice(at, at + 2), 16)) as Rgb;
}

const hex = (parts: Rgb) => `#${parts.map((part) => part.toString(16).padStart(2, '0')).join('')}`;

function luminance(parts: Rgb): number {
  const [red, green, blue] = parts.map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as Rgb;
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
