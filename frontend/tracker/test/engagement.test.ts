import { expect, test } from "vitest"
import { depthOf, openClock } from "../src/engagement"

test("the clock counts only while it runs", () => {
  let time = 0
  const clock = openClock(() => time)
  const wait = (milliseconds: number): void => {
    time += milliseconds
  }
  wait(500)
  clock.run(true)
  wait(1000)
  clock.run(true)
  wait(1000)
  clock.run(false)
  wait(5000)
  expect(clock.total()).toBe(2000)
  expect(clock.read()).toBe(2000)
  expect(clock.read()).toBe(0)
  clock.run(true)
  wait(300)
  expect([clock.read(), clock.read()]).toEqual([300, 0])
  wait(200)
  expect(clock.read()).toBe(200)
})

test.each([
  [800, 800, 100],
  [800, 8000, 0],
  [2000, 8000, 25],
  [5999.5, 8000, 75],
  [7999.4, 8000, 100],
  [900, 800, 100],
  [0, 0, 100],
])("%d of %d pixels are %d percent", (seen, height, depth) => {
  expect(depthOf(seen, height)).toBe(depth)
})
