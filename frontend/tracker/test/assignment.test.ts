import { expect, test } from "vitest"
import vectors from "../../../tests/assignment_vectors.json"
import { assigned, visitorHash } from "../src/assignment"
import { assign, kept } from "../src/experiments"

test.each(vectors)("$text is hashed and assigned as the server does", ({
  experiment,
  visitor,
  weights,
  text,
  hash,
  index,
}) => {
  expect(visitorHash(text)).toBe(hash)
  expect(assigned(experiment, visitor, weights)).toBe(index)
})

test("without a weight above 0 nobody sees a variant", () => {
  expect(assigned("exp", "visitor", [0, 0])).toBe(-1)
  expect(assign([{ id: "exp", variants: [{ id: "a", name: "A", weight: 0 }] }], "visitor")).toEqual([])
})

test("a page keeps the variant that it shows, as long as the experiment runs", () => {
  const shown = [
    { experimentId: "one", variantId: "a", variantName: "A" },
    { experimentId: "over", variantId: "a", variantName: "A" },
  ]
  const found = [
    { experimentId: "one", variantId: "b", variantName: "B" },
    { experimentId: "new", variantId: "b", variantName: "B" },
  ]
  expect(kept(shown, found)).toEqual([shown[0], found[1]])
})
