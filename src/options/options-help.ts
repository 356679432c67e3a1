import type { OptionSpecs } from './arguments.js';

/** Options that belong together, under a title of the help. */
export interface OptionGroup<Specs extends OptionSpecs = OptionSpecs> {
  readonly title: string;
  readonly options: Specs;
}

const NAME_COLUMN = 33;

/** The options part of a help text, without a line feed at its end. */
export function optionsHelp(groups: readonly OptionGroup[]): string {
  return groups.map(({ title, options }) => `${title}:\n${rows(options)}`).join('\n\n');
}

function rows(options: OptionSpecs): string {
  return Object.entries(options)
    .map(([name, { value, short, multiple, help }]) => {
      const flag = `${short === undefined ? '' : `-${short}, `}--${name}${value === undefined ? '' : ` ${value}`}`;
      return `  ${flag.padEnd(NAME_COLUMN)} ${help}${multiple === true ? ' (repeatable)' : ''}`;
    })
    .join('\n');
}
