import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Page } from 'playwright-core';
import { needs } from '../support/needs.js';

const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';

export const describeWithChromium = needs('chromium', () => existsSync(executablePath), 'apt-get install chromium');

const switches = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];

export interface Browser { readonly page: Page; /** What the page complained about. */ readonly complaints: string[]; /** Addresses asked for outside this machine. */ readonly foreign: string[]; close(): Promise<void> }

/** A browser with an empty profile. Requests that would leave this machine are refused and remembered. */
export async function openBrowser(options: { readonly width?: number; readonly colorScheme?: 'light' | 'dark' } = {}): Promise<Browser> {
  const profile = mkdtempSync(join(tmpdir(), 'lifeboat-chromium-'));
  const context = await chromium.launchPersistentContext(profile, { executablePath, headless: true, args: switches, viewport: { width: options.width ?? 1280, height: 800 }, colorScheme: options.colorScheme ?? 'light', reducedMotion: 'reduce' });
  const page = context.pages()[0] ?? await context.newPage();
  const complaints: string[] = [];
  const foreign: string[] = [];
  page.on('console', (message) => { if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text()); });
  page.on('pageerror', (error) => { complaints.push(error.message); });
  await page.route('**/*', async (route) => {
    if (['127.0.0.1', 'localhost'].includes(new URL(route.request().url()).hostname)) return route.continue();
    foreign.push(route.request().url());
    return route.abort();
  });
  return { page, complaints, foreign, close: async () => { await context.close(); rmSync(profile, { recursive: true, force: true }); } };
}

export interface Finding { readonly rule: string; readonly impact: string; readonly nodes: readonly string[] }

/** What axe finds on the page, serious and critical only. */
export async function seriousFindings(page: Page): Promise<Finding[]> {
  // A card that is still fading in has the colours of neither state.
  await page.evaluate(async () => { await Promise.allSettled(document.getAnimations().filter((each) => each.effect?.getComputedTiming().endTime !== Infinity).map((each) => each.finished)); });
  // Run as a script of the test, not of the page: the page's policy allows none but its own.
  await page.evaluate(readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8'));
  const violations = await page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: { run(): Promise<{ violations: { id: string; impact: string; nodes: { html: string; failureSummary: string }[] }[] }> } };
    return (await axe.run()).violations.map(({ id, impact, nodes }) => ({ rule: id, impact, nodes: nodes.map((node) => `${node.html.slice(0, 160)} | ${node.failureSummary}`) }));
  });
  return violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
}
