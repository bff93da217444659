"""What the routes in other products' shapes take and answer, for the API's description."""

from hitkeep_py.catalog.experiments import Variant
from hitkeep_py.server.api import experiments
from hitkeep_py.server.hitkeep_shapes import HITKEEP_SHAPES
from hitkeep_py.server.plausible_shapes import PLAUSIBLE_SHAPES
from hitkeep_py.server.schemas import Fields
from hitkeep_py.server.shape import Answers, Parameter, Shape, rows
from hitkeep_py.server.sparklytics_shapes import SPARKLYTICS_SHAPES

PROJECT = Parameter("projectId", "A public key of the site, its id, an alias or its domain.", required=True)
GRADEMYPAGE_SHAPES: dict[Answers, Shape] = {
    experiments.active: Shape(
        Fields(more={"experiments": rows(Fields(more={"id": str, "name": str, "variants": list[Variant]}))}),
        (PROJECT,),
        errors=(404,),
    ),
    experiments.assignments: Shape(
        rows(Fields(more={"experimentId": str, "variantId": str, "variantName": str})),
        (PROJECT, Parameter("visitorId", "The site's own name for the visitor.", required=True)),
        errors=(404,),
    ),
}
COMPATIBLE_SHAPES: dict[Answers, Shape] = {
    **GRADEMYPAGE_SHAPES,
    **HITKEEP_SHAPES,
    **PLAUSIBLE_SHAPES,
    **SPARKLYTICS_SHAPES,
}
