// biome-ignore lint/suspicious/noExplicitAny: others write into it what they like
export const page = window as any
