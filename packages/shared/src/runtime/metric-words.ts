/** What a metric is called and means, as its own definition says it. */
export interface MetricWords {
  readonly name: string;
  readonly type: string;
  readonly labels: readonly string[];
  readonly help: string;
}

/** What prom-client has of a metric; its types know nothing of the labels. */
interface Definition {
  readonly name: string;
  readonly help: string;
  readonly type: unknown;
}

export const describedMetrics = (definitions: readonly Definition[]): readonly MetricWords[] =>
  definitions.map(({ name, help, type, ...more }) => {
    const { labelNames } = more as { readonly labelNames?: readonly string[] };
    return { name, help, type: String(type), labels: labelNames ?? [] };
  });
