# How many bytes of JSON the answer to one row may have, by method, where packaging knows what a method gives. Step Functions bounds them.

locals {
  # A text is one of the classes, in quotes, with an escape for each character outside ASCII
  classes = try(flatten([local.manifest.model.classes]), [])
  text_bytes = try(max([
    for each in local.classes :
    length(base64encode(jsonencode(tostring(each)))) * 3 / 4 * (can(regex("^[ -~]*$", each)) ? 1 : 3)
  ]...), null)

  # With the comma and the space that follow. A number has at most 24 characters.
  value_bytes = { boolean = 7, integer = 26, number = 26, text = try(local.text_bytes + 2, null) }

  # shape is [-1] for one value a row, [-1, n] for a list of them, and [-1, m, n] for lists of several outputs, each in its brackets
  answer_bytes = {
    for method, said in try(local.manifest.model.signature.outputs, {}) : method => ceil(
      try(said.shape[1], 1) * try(said.shape[2], 1) * local.value_bytes[said.type] +
      4 * (1 + (length(said.shape) == 3 ? try(said.shape[1], 0) : 0))
    )
    if try(local.value_bytes[said.type] != null && length(said.shape) <= 3, false)
  }
}
