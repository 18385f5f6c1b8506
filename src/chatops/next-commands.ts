import type { Surface } from '../core/names.js';
import type { View } from './views/view.js';

/** The commands that a message names as the next ones, as they would be typed, for the surface that offers them to be tapped. Prose and placeholders are none. */
export function nextCommands({ data }: View, surface: Surface): { next?: readonly string[] } {
  if (surface !== 'teams') return {};
  const named = [...('next' in data && Array.isArray(data.next) ? data.next.map((each) => (typeof each === 'string' ? each : each.command)) : []), ...('command' in data && data.command !== null ? [data.command] : [])];
  const next = [...new Set(named)].filter((command) => /^[a-z]/.test(command) && !/\b[A-Z]{2,}\b|[.!?]$/.test(command.replace(/\bR-\d+\b/g, '')));
  return next.length > 0 ? { next } : {};
}
