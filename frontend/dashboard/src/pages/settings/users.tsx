import { useAnswer } from "../../answers"
import { ask } from "../../api"
import type { User } from "../../api_types"
import { given, useChanging } from "../../changing"
import { AskFirst } from "../../components/confirm"
import { Field } from "../../components/field"
import { Form } from "../../components/form"
import { Panel, Shown } from "../../components/panel"
import { dayName } from "../../figures"
import { words } from "../../language"
import { settingsWords } from "../../language/settings"
import { Entry } from "./entries"
import { NewPassword } from "./new_password"

export function Users() {
  const { users } = settingsWords.value
  const found = useAnswer("GET /api/users", {})
  const me = useAnswer("GET /api/me", {})
  return (
    <>
      <Panel title={users.title}>
        <p class="quiet">{users.intro}</p>
        <Shown found={me.data || me.error ? found : { ...found, data: undefined }}>
          {(data) => (
            <ul class="entries">
              {data.map((each) => (
                <UserEntry key={each.id} user={each} own={each.id === me.data?.user?.id} />
              ))}
            </ul>
          )}
        </Shown>
      </Panel>
      <Panel title={users.add}>
        <NewUser />
      </Panel>
    </>
  )
}

function UserEntry({ user, own }: { user: User; own: boolean }) {
  const { shared } = words.value
  const settings = settingsWords.value
  const { users } = settings
  const name = [user.given_name, user.last_name].filter(Boolean).join(" ")
  return (
    <Entry
      title={
        <>
          <bdi>{user.email}</bdi> {own && <span class="badge good">{users.you}</span>}
        </>
      }
      actions={
        !own && (
          <AskFirst
            label={`${shared.remove}: ${user.email}`}
            title={users.remove(user.email)}
            text={users.removeText}
            action={shared.remove}
            done={users.removed(user.email)}
            onConfirm={() => ask("DELETE /api/users/{user_id}", { path: { user_id: user.id } })}
          />
        )
      }
    >
      <bdi>{[name, user.created_at && users.since(dayName(user.created_at))].filter(Boolean).join(" · ")}</bdi>
    </Entry>
  )
}

function NewUser() {
  const { users, setup } = settingsWords.value
  const changing = useChanging(["email", "password", "given_name", "last_name"])
  const add = async (event: SubmitEvent): Promise<void> => {
    const form = event.currentTarget as HTMLFormElement
    const of = given(event)
    const body = {
      email: of("email"),
      password: of("password"),
      given_name: of("given_name"),
      last_name: of("last_name"),
    }
    if (await changing.send(() => ask("POST /api/users", { body }), users.added(body.email))) form.reset()
  }
  return (
    <Form changing={changing} submit={users.add} label={users.add} onSubmit={add}>
      <Field
        label={setup.email}
        name="email"
        type="email"
        required
        autocomplete="off"
        problem={changing.problem("email")}
      />
      <div class="pair">
        <Field label={users.givenName} name="given_name" autocomplete="off" problem={changing.problem("given_name")} />
        <Field label={users.lastName} name="last_name" autocomplete="off" problem={changing.problem("last_name")} />
      </div>
      <NewPassword label={setup.password} name="password" problem={changing.problem("password")} />
      <p class="quiet">{users.handOver}</p>
    </Form>
  )
}
