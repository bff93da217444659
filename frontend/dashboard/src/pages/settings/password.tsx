import { useAnswer } from "../../answers"
import { ask } from "../../api"
import { given, useChanging } from "../../changing"
import { Field } from "../../components/field"
import { Form } from "../../components/form"
import { Panel } from "../../components/panel"
import { settingsWords } from "../../language/settings"
import { NewPassword } from "./new_password"

export function Password() {
  const { password } = settingsWords.value
  const changing = useChanging(["old_password", "new_password"])
  const email = useAnswer("GET /api/me", {}).data?.user?.email
  const save = async (event: SubmitEvent): Promise<void> => {
    const form = event.currentTarget as HTMLFormElement
    const of = given(event)
    const body = { old_password: of("old_password"), new_password: of("new_password") }
    if (await changing.send(() => ask("POST /api/password", { body }), password.changed)) form.reset()
  }
  return (
    <Panel title={password.title}>
      <Form changing={changing} submit={password.submit} onSubmit={save}>
        <p class="quiet">{password.intro}</p>
        {/* So that password managers know whose it is. */}
        <input hidden type="text" autocomplete="username" value={email} readOnly />
        <Field
          label={password.old}
          name="old_password"
          type="password"
          required
          autocomplete="current-password"
          problem={changing.problem("old_password")}
        />
        <NewPassword label={password.new} name="new_password" problem={changing.problem("new_password")} />
      </Form>
    </Panel>
  )
}
