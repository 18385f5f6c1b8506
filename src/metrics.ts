import { Counter, Gauge, type GaugeConfiguration, Histogram, Registry } from 'prom-client';
import type { Millis, Surface } from './core/names.js';
import { openIncidents } from './core/state.js';
import type { WebhookOut } from './notify/webhook-out.js';
import type { LiveState } from './ports/state.js';

export interface Metrics {
  text(): Promise<string>;
  /** A message was handed over, so long after it was wanted. */
  delivered(surface: Surface, waitedMs: Millis): void;
  /** A request was refused before anybody knew who sent it. */
  refused(surface: Surface | 'source', why: string): void;
}

/** Prometheus text at /metrics. No tenant names: the page needs no sign-in. */
export function createMetrics(live: LiveState, webhook: Pick<WebhookOut, 'status'> | null = null): Metrics {
  const registry = new Registry();
  const gauge = (options: GaugeConfiguration<string>): void => { registry.registerMetric(new Gauge({ ...options, registers: [] })); };
  gauge({ name: 'lifeboat_journal_entries', help: 'Entries in the journal.', collect() { this.set(live.current.seq); } });
  gauge({ name: 'lifeboat_incidents_open', help: 'Open incidents.', collect() { this.set(openIncidents(live.current).length); } });
  gauge({
    name: 'lifeboat_runs', help: 'Runs by status.', labelNames: ['status'],
    collect() {
      this.reset();
      for (const run of live.current.runs.values()) this.inc({ status: run.status });
    },
  });
  gauge({ name: 'lifeboat_vms', help: 'VMs by state.', labelNames: ['state'], collect() { this.reset(); for (const vm of live.current.vms.values()) this.inc({ state: vm.state }); } });
  if (webhook) {
    gauge({ name: 'lifeboat_webhook_behind_entries', help: 'Entries of the journal that the webhook has not come to.', collect() { this.set(webhook.status().behind); } });
    gauge({ name: 'lifeboat_webhook_failed_tries', help: 'Failed tries since its receiver last took something.', collect() { this.set(webhook.status().failing?.tries ?? 0); } });
  }
  const handed = new Counter({ name: 'lifeboat_messages_delivered_total', help: 'Messages handed over, by surface.', labelNames: ['surface'], registers: [registry] });
  const waited = new Histogram({ name: 'lifeboat_message_wait_seconds', help: 'From wanted to handed over.', labelNames: ['surface'], buckets: [0.05, 0.1, 0.25, 0.5, 1, 3, 10, 60, 600], registers: [registry] });
  const refused = new Counter({ name: 'lifeboat_requests_refused_total', help: 'Requests of a chat platform or an event source that were refused before anybody knew who sent them.', labelNames: ['surface', 'why'], registers: [registry] });
  return {
    refused: (surface, why) => refused.inc({ surface, why }),
    text: () => registry.metrics(),
    delivered(surface, waitedMs) {
      handed.inc({ surface });
      waited.observe({ surface }, waitedMs / 1000);
    },
  };
}
